"""Spreadsheet files: bytes in, rows of cells out. What is dangerous about them happens in a child process."""
