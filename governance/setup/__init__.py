"""Setting up an organization by document: what a blueprint may say, what it says, and what would change."""
