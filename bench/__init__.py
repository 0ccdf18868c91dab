"""Glacier's figures beside those of what people would otherwise use, measured in turns; see README.md here."""
