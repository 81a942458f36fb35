"""The terminal's own database: SQLite encrypted with SQLCipher, one commit per sale, a journal that is the outbox."""
