-- compatible_from: 1
-- What the grant's latest rotation did: the hashes of the token that was rotated, of the refresh token that replaced it and
-- of the access token, one after the other. So the next rotation finds what it removes by key, and need not go through all
-- tokens of the grant. null: no rotation yet, or tokens joined the grant since. The first hash alone: more than these two
-- may be there to remove.
ALTER TABLE grants ADD COLUMN latest BLOB;
