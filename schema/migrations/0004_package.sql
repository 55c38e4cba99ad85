-- No rule and no report asks for them, and a serial that counts up made a fact of nothing.
ALTER TABLE stored_package DROP COLUMN serial;
ALTER TABLE stored_package DROP COLUMN latest;
