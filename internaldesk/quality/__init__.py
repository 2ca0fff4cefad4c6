"""How well the desk serves: figures for managers and leads, and the requests behind each of them."""
