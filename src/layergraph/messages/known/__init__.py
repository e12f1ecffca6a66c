"""The known messages, one module for each page that explains them."""
