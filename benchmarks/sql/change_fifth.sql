-- One measure in five gets other milestones and another forecast, so that its status changes.
UPDATE measures_milestone SET forecast_on = baseline_on + %(days)s
WHERE organization_id = %(organization)s AND measure_id %% 5 = %(turn)s AND actual_on IS NULL;
UPDATE finance_forecastamount a SET amount = round(p.amount * %(share)s, 4)
FROM finance_effect e, finance_planamount p
WHERE a.organization_id = %(organization)s AND e.id = a.effect_id AND e.measure_id %% 5 = %(turn)s
  AND p.effect_id = a.effect_id AND p.period_id = a.period_id;
