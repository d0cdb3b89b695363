-- Entries to which no measure belongs any more.
UPDATE governance_rollup t
   SET valid_to = %(at)s
 WHERE t.valid_to IS NULL
   AND NOT EXISTS (SELECT FROM judged_rollup s
                    WHERE s.cut = t.cut AND coalesce(s.key_id, 0) = coalesce(t.key_id, 0));
