"""The console: setting up organizations, for consultants and administrators."""
