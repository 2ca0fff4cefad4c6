"""Asking people to agree, step by step; who stands in for them, and reminding them."""
