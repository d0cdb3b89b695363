"""Judging all measures of an organization at once, and writing down what changed."""
