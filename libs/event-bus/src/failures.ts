/** SQLSTATE classes that speak of the database and not of the statement: connection, resources, shutdown, and being second. */
const STATES = /^(08|53|57P|58|40001|40P01|55P03|25P03)/;
const NETWORK =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|Connection terminated|timeout exceeded when trying to connect/;

/** Whether an error says that Postgres is away or busy, so that trying again is the answer, however often. */
export function isInfrastructure(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return (
    (typeof code === 'string' && (STATES.test(code) || NETWORK.test(code))) ||
    (typeof message === 'string' && NETWORK.test(message))
  );
}
