-- The fact is the transition that opened the divergence; re-opened, it is another one.
WITH told AS (
  INSERT INTO governance_notice (organization_id, user_id, fact_kind, fact_id, measure_id, code, params, at)
  SELECT DISTINCT %(organization)s, person.id, 'divergencechange', opened.id, m.id, 'divergence_opened',
         jsonb_build_object('divergence', d.code), %(at)s::timestamptz
    FROM governance_divergence d
    JOIN judged_scope judged ON judged.measure_id = d.measure_id
    JOIN measures_measure m ON m.id = d.measure_id
    JOIN LATERAL (SELECT c.id, c.at FROM governance_divergencechange c
                   WHERE c.divergence_id = d.id AND c."after" = 'open' ORDER BY c.id DESC LIMIT 1) opened ON true
    LEFT JOIN portfolio_steeringcommittee committee ON committee.id = m.committee_id
   CROSS JOIN LATERAL (VALUES (m.owner_id), (m.controller_id), (committee.chair_id), (committee.secretary_id))
         AS person (id)
   WHERE d.state = 'open' AND d.code = ANY(%(codes)s) AND person.id IS NOT NULL
         -- What came with a running program is on the list of divergences, but nobody is alarmed by the import.
     AND (m.taken_over_on IS NULL
          OR EXISTS (SELECT FROM governance_measurestatus s WHERE s.measure_id = m.id AND s.valid_from < opened.at))
  ON CONFLICT (organization_id, user_id, fact_kind, fact_id, code) DO NOTHING
  RETURNING user_id
)
-- Each notice asks for its mail in the same transaction.
INSERT INTO governance_mailrequest (organization_id, user_id, requested_at)
SELECT %(organization)s, told.user_id, %(at)s::timestamptz FROM told;
