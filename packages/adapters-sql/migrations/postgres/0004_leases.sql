-- compatible_from: 1
-- Claims are called leases from now on. A claim is also what an ID token says.
ALTER TABLE claims RENAME TO leases;
ALTER INDEX claims_pkey RENAME TO leases_pkey;
ALTER INDEX claims_by_end RENAME TO leases_by_end;

-- BEGIN not on CockroachDB, where a view cannot be written to
-- Nodes of the release before read and write the same rows through this view. A later migration drops it.
CREATE VIEW claims AS SELECT until, name, holder FROM leases;

-- Each account has the same rights on the view as on the table.
DO $$
DECLARE
  permitted record;
BEGIN
  FOR permitted IN
    SELECT privilege_type AS privilege, coalesce(quote_ident(rolname), 'PUBLIC') AS account
    FROM pg_class CROSS JOIN LATERAL aclexplode(coalesce(relacl, acldefault('r', relowner))) AS acl
    LEFT JOIN pg_roles ON pg_roles.oid = acl.grantee
    WHERE pg_class.oid = 'leases'::regclass AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
  LOOP
    EXECUTE format('GRANT %s ON claims TO %s', permitted.privilege, permitted.account);
  END LOOP;
END
$$;
-- END not on CockroachDB
