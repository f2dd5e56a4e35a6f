-- What is still to be read of each alliance, in order: no node takes a message before the ones that came earlier.
CREATE INDEX inbox_order ON inbox (alliance_id, id) WHERE state = 'kept' AND alliance_id IS NOT NULL;
