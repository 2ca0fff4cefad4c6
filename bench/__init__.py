"""Measuring: the desk beside a bare application on the same tickets, and the arithmetic of promises alone."""
