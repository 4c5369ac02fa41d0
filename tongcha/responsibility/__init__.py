"""Responsibility: attribution to schools, deductions, notices and the scoreboard."""
