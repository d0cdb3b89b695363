-- 2,500 nodes: 10 portfolios, 40 programs, 450 projects, 2,000 packages below the root.
INSERT INTO portfolio_node (organization_id, kind, parent_id, code, name, sort_key, archived, version)
SELECT %(organization)s, 'portfolio', %(root)s, 'PF-' || n, 'Portfolio ' || n, 'portfolio ' || n, false, 1
FROM generate_series(1, 10) n;

INSERT INTO portfolio_node (organization_id, kind, parent_id, code, name, sort_key, archived, version)
SELECT %(organization)s, 'program', p.id, 'PG-' || n, 'Program ' || n, 'program ' || n, false, 1
FROM generate_series(1, 40) n
JOIN portfolio_node p ON p.organization_id = %(organization)s AND p.code = 'PF-' || (n %% 10 + 1);

INSERT INTO portfolio_node (organization_id, kind, parent_id, code, name, sort_key, archived, version)
SELECT %(organization)s, 'project', p.id, 'PJ-' || n, 'Project ' || n, 'project ' || n, false, 1
FROM generate_series(1, 450) n
JOIN portfolio_node p ON p.organization_id = %(organization)s AND p.code = 'PG-' || (n %% 40 + 1);

INSERT INTO portfolio_node (organization_id, kind, parent_id, code, name, sort_key, archived, version)
SELECT %(organization)s, 'package', p.id, 'PK-' || n, 'Package ' || n, 'package ' || n, false, 1
FROM generate_series(1, 2000) n
JOIN portfolio_node p ON p.organization_id = %(organization)s AND p.code = 'PJ-' || (n %% 450 + 1);

INSERT INTO portfolio_nodeclosure (organization_id, ancestor_id, descendant_id, depth)
WITH RECURSIVE above AS (
  SELECT n.id AS descendant, n.id AS ancestor, n.parent_id, 0 AS depth
  FROM portfolio_node n WHERE n.organization_id = %(organization)s AND n.id <> %(root)s
  UNION ALL
  SELECT a.descendant, p.id, p.parent_id, a.depth + 1
  FROM above a JOIN portfolio_node p ON p.id = a.parent_id
)
SELECT %(organization)s, ancestor, descendant, depth FROM above;

INSERT INTO measures_measurepackage (organization_id, node_id)
SELECT %(organization)s, id FROM portfolio_node WHERE organization_id = %(organization)s AND kind = 'package';
