-- Rows with a range of validity: what differs ends now, what is new or differs begins now.
DROP TABLE IF EXISTS judged_new;
CREATE TEMP TABLE judged_new ON COMMIT DROP AS
SELECT s.*
  FROM {source} s
  LEFT JOIN {table} t ON t.valid_to IS NULL AND {same}
 WHERE t.id IS NULL OR ({stored}) IS DISTINCT FROM ({found});

UPDATE {table} t
   SET valid_to = %(at)s
  FROM judged_new s
 WHERE t.valid_to IS NULL AND {same};

INSERT INTO {table} (organization_id, valid_from, "on", {columns})
SELECT %(organization)s, %(at)s, %(on)s, {columns}
  FROM judged_new;
