"""PostgreSQL lives here, and only here."""
