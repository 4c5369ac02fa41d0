"""Asset checks: table contracts through Great Expectations, and the rules between tables."""
