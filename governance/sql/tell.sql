-- Each person once, in the way the person wants to hear of the event; who wants it at once is to be mailed.
WITH told AS (
  INSERT INTO governance_notice (organization_id, user_id, fact_kind, fact_id, measure_id, code, params, at, because,
                                 way)
  SELECT %(organization)s, person.id, %(fact_kind)s, %(fact_id)s, %(measure)s, %(code)s, %(params)s::jsonb,
         %(at)s::timestamptz, person.because,
         CASE WHEN %(mandatory)s THEN %(way)s ELSE COALESCE(chosen.way, %(way)s) END
    FROM unnest(%(people)s::bigint[], %(reasons)s::text[]) AS person (id, because)
    LEFT JOIN governance_subscription chosen ON chosen.user_id = person.id AND chosen.event = %(code)s
  ON CONFLICT (organization_id, user_id, fact_kind, fact_id, code) DO NOTHING
  RETURNING user_id, way
), asked AS (
  INSERT INTO governance_mailrequest (organization_id, user_id, requested_at)
  SELECT %(organization)s, told.user_id, %(at)s::timestamptz FROM told WHERE told.way = 'now'
)
SELECT user_id FROM told;
