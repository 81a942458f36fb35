"""What a manager does about goods at a till: products, files, labels, price lists and promotions."""
