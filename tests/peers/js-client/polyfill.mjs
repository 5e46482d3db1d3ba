// A dependency of the published client wants a newer runtime than its own `engines` say. Loaded before anything else.
Promise.withResolvers ??= () => {
  const deferred = {};
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }));
  return deferred;
};
