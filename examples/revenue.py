"""MRR by month, the retention of cohorts and net revenue of a tenant, as data frames.

    pip install pandas sqlalchemy "psycopg[binary]"
    DATABASE_URL=postgresql+psycopg://reader:secret@localhost/billing TENANT=0f9d3c52-… python examples/revenue.py

The login is a member of billing_sync_reader. Amounts are in minor units, such as cents. docs/revenue.md has the formulas.
"""

import os

import pandas as pd
from sqlalchemy import create_engine, text

# Postgres takes longer to compile these queries than to run them.
engine = create_engine(os.environ["DATABASE_URL"], connect_args={"options": "-c jit=off"})
tenant = {"tenant": os.environ["TENANT"]}

# Nothing is added over these: a figure belongs to one account, mode and currency.
owner = ["provider", "account", "livemode", "currency"]


def read(sql: str) -> pd.DataFrame:
    with engine.connect() as connection:
        return pd.read_sql(text(sql), connection, params=tenant)


months = read("""
    select provider, account, livemode, currency, month, opening, new, expansion, reactivation, contraction, churn, closing,
           customers_closing, grr, nrr
      from metrics.mrr_months where tenant_id = :tenant order by month
""")
cohorts = read("""
    select provider, account, livemode, currency, cohort, age, customers, retained, mrr
      from metrics.cohorts where tenant_id = :tenant order by cohort, age
""")
revenue = read("""
    select provider, account, livemode, currency, month, charged, refunded, disputed, fees, net
      from metrics.net_revenue where tenant_id = :tenant order by month
""")

print("MRR at the end of each month")
print(months.pivot(index="month", columns=owner, values="closing"))

print("\nThe share of each cohort's customers who are left, by months since the first")
cohorts["share"] = (cohorts["retained"] / cohorts["customers"]).round(3)
print(cohorts.pivot(index=[*owner, "cohort"], columns="age", values="share"))

print("\nNet revenue by month")
print(revenue.pivot(index="month", columns=owner, values="net"))
