"""The goods room: products, catalogue files, labels, price lists and promotions."""
