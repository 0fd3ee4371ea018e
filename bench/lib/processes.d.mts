/** Answers every order, a JSON line on stdin, with what `obey` gives; says first that it is there. */
export function serveOrders<Order>(obey: (order: Order) => unknown, hello?: object): Promise<void>;
