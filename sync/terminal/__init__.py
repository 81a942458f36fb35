"""The terminal's side: upload of the journal, look-ups, holds and downloads."""
