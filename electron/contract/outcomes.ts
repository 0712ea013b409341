/** Outcomes that are no HTTP status, as load clients name them. Whoever sorts outcomes sorts them by these. */

/** Answers of protocols without a status: that something came back is all there is to say. */
export const plainAnswers: readonly string[] = ['echo', 'bytes', 'message', 'quic'];

/** gRPC's codes for what went well, and for what is the server's doing: those that its HTTP mapping calls 5xx. */
export const grpcGood = 'grpc-0';
export const grpcServerFaults: readonly string[] = [
  'grpc-2',
  'grpc-4',
  'grpc-12',
  'grpc-13',
  'grpc-14',
  'grpc-15',
];
