-- Rows with a range of validity: what differs ends now, what is new or differs begins now.
UPDATE {table} t
   SET valid_to = %(at)s
  FROM {source} s
 WHERE t.valid_to IS NULL AND {same} AND ({stored}) IS DISTINCT FROM ({found});

INSERT INTO {table} (organization_id, valid_from, "on", {columns})
SELECT %(organization)s, %(at)s, %(on)s, {columns}
  FROM {source} s
 WHERE NOT EXISTS (SELECT FROM {table} t WHERE t.valid_to IS NULL AND {same});
