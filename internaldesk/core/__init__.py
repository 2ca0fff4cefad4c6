"""The rules of the desk: pure Python, values in and values out."""
