-- The line of the provider's list for which a posting on our account at the provider counts. A second line of the same
-- payment, refund or payout is another movement (docs/adr/0159).
create table provider_line_postings (
  key text primary key,
  line_id text not null
);
