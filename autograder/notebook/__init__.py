"""Student notebooks: read and cleaned, run, and made from a reference."""
