-- The fact is the transition that opened the divergence; re-opened, it is another one. The critical ones are told to
-- the committee too.
WITH told AS (
  INSERT INTO governance_notice (organization_id, user_id, fact_kind, fact_id, measure_id, code, params, at, because,
                                 way)
  SELECT DISTINCT ON (opened.id, person.id)
         %(organization)s, person.id, 'divergencechange', opened.id, m.id, event.code,
         jsonb_build_object('divergence', d.code), %(at)s::timestamptz, person.because,
         COALESCE(chosen.way, event.way)
    FROM governance_divergence d
    JOIN judged_scope judged ON judged.measure_id = d.measure_id
    JOIN measures_measure m ON m.id = d.measure_id
    JOIN LATERAL (SELECT c.id, c.at FROM governance_divergencechange c
                   WHERE c.divergence_id = d.id AND c."after" = 'open' ORDER BY c.id DESC LIMIT 1) opened ON true
    LEFT JOIN portfolio_steeringcommittee committee ON committee.id = m.committee_id
   CROSS JOIN LATERAL (SELECT d.code = ANY(%(critical)s) AS critical) judgement
   CROSS JOIN LATERAL (SELECT CASE WHEN critical THEN 'divergence_opened' ELSE 'divergence_found' END AS code,
                              CASE WHEN critical THEN %(critical_way)s ELSE %(other_way)s END AS way) event
   CROSS JOIN LATERAL (VALUES (m.owner_id, 'owner', 1), (m.controller_id, 'controller', 2),
                              (CASE WHEN critical THEN committee.chair_id END, 'chair', 3),
                              (CASE WHEN critical THEN committee.secretary_id END, 'secretary', 4))
         AS person (id, because, place)
    LEFT JOIN governance_subscription chosen ON chosen.user_id = person.id AND chosen.event = event.code
   WHERE d.state = 'open' AND person.id IS NOT NULL
         -- What came with a running program is on the list of divergences, but nobody is alarmed by the import.
     AND (m.taken_over_on IS NULL
          OR EXISTS (SELECT FROM governance_measurestatus s WHERE s.measure_id = m.id AND s.valid_from < opened.at))
   ORDER BY opened.id, person.id, person.place
  ON CONFLICT (organization_id, user_id, fact_kind, fact_id, code) DO NOTHING
  RETURNING user_id, way
)
-- Each notice that is to be mailed at once asks for its mail in the same transaction, once for each person.
INSERT INTO governance_mailrequest (organization_id, user_id, requested_at)
SELECT DISTINCT %(organization)s, told.user_id, %(at)s::timestamptz FROM told WHERE told.way = 'now';
