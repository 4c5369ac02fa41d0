"""The review console: a small local web application over the judgement ledger."""
