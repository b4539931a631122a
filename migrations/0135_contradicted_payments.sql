-- A webhook says that a payment was paid, and its invoice read again says otherwise: the payment does not end until the provider agrees
-- with itself or a person decides (docs/adr/0106). Empty for nearly all; no index, for such payments are found by what else is due.
alter table payments add column contradicted_at timestamptz, add column contradiction_decided_at timestamptz;
