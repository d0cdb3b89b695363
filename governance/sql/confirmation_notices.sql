-- A confirmation is told to those who hold the offices on its day, and never again to whoever holds them later.
WITH told AS (
  INSERT INTO governance_notice (organization_id, user_id, fact_kind, fact_id, measure_id, code, params, at, because,
                                 way)
  SELECT DISTINCT ON (c.id, person.id)
         %(organization)s, person.id, 'closure', c.id, m.id, 'closure_confirmed',
         jsonb_build_object('code', m.code, 'amount', round(c.run_rate, 2)::text, 'currency', settings.currency,
                            'confirmed_by', c.confirmed_by_id),
         %(at)s::timestamptz, person.because, 'now'
    FROM finance_closureconfirmation c
    JOIN measures_measure m ON m.id = c.measure_id
    JOIN portfolio_organizationsettings settings ON settings.organization_id = c.organization_id
    LEFT JOIN portfolio_steeringcommittee committee ON committee.id = m.committee_id
   CROSS JOIN LATERAL (VALUES (c.confirmed_by_id, 'confirmer', 1), (m.controller_id, 'controller', 2),
                              (m.sponsor_id, 'sponsor', 3), (committee.secretary_id, 'secretary', 4),
                              (CASE WHEN committee.secretary_id IS NULL THEN committee.chair_id END, 'chair', 5))
         AS person (id, because, place)
   WHERE person.id IS NOT NULL
     AND NOT EXISTS (SELECT FROM governance_notice earlier
                      WHERE earlier.fact_kind = 'closure' AND earlier.fact_id = c.id)
   ORDER BY c.id, person.id, person.place
  ON CONFLICT (organization_id, user_id, fact_kind, fact_id, code) DO NOTHING
  RETURNING user_id
)
INSERT INTO governance_mailrequest (organization_id, user_id, requested_at)
SELECT DISTINCT %(organization)s, told.user_id, %(at)s::timestamptz FROM told;
