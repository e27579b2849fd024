"""PostgreSQL: transactions, plain SQL on the driver, tables, migrations."""
