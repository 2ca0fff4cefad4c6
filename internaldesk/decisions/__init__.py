"""The pages of those who decide: what waits for them, a decision, the link in a mail, and who stands in for them."""
