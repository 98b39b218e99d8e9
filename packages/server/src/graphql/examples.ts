/** What GraphiQL shows first; a test runs each of them. */
export const EXAMPLE_QUERIES = `# Put your secret key into the "Headers" panel below: it was shown at the first start.

query Segments {
  segmentations {
    title
    method
    segments { key title size share revenueShare profile { averageOrders averageNetRevenue { amount currency } } }
  }
}

query BestCustomersAtRisk {
  customers(where: { segment: { in: ["at-risk"] } }, orderBy: { field: NET_REVENUE }, first: 5) {
    totalCount
    nodes {
      externalId
      metrics { orders recencyDays netRevenue { amount currency } }
      segment { since why { text } nearest { text } }
    }
    pageInfo { hasNextPage endCursor }
  }
}

query Cohorts {
  cohorts { rows { cohort size cells { period retention complete } } }
}

query WhatHappened {
  imports(first: 5) { nodes { source state rowsRead rowsKept rowsRepaired rowsQuarantined rowsDuplicate } }
  runs(first: 3) { nodes { id state asOf customerCount } }
}
`;
