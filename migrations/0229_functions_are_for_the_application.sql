-- PostgreSQL lets everybody run a new function. Two functions of triggers run as the owner. Whoever could create
-- a table of their own could put such a trigger on it, and so change the balances of the ledger. laku db migrate
-- takes this right from the functions that exist already, and grants the application the functions that it runs.
alter default privileges revoke execute on functions from public;
