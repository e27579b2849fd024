"""Settlement files and bank statements (sao kê): fetched, handed in, read."""
