"""The sealed trail: what is sealed, how it is written as text, how it is checked and handed out."""
