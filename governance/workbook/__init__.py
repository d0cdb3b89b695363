"""Workbooks of a take-over: read, checked and written without the database."""
