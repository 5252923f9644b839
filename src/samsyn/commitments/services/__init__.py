"""Everything that changes a document, a commitment or an outcome."""
