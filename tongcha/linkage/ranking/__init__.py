"""Ranking: rivals, others met at the raid, and meetings of one person."""
