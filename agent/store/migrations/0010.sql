-- What a program has to know to understand an alliance: `alliances.FORMAT` of the one that saved it last. An older one leaves it alone.
ALTER TABLE alliances ADD COLUMN format INTEGER NOT NULL DEFAULT 0;
