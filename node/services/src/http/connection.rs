//! A connection to a server, encrypted or not.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};
use wasmtime_wasi_http::Error;

/// A connection.
pub(super) enum Connection {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

/// The settings of encrypted connections: certificates that browsers trust.
static ENCRYPTION: LazyLock<Option<Arc<ClientConfig>>> = LazyLock::new(|| {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.into(),
    };
    settings(roots).ok().map(Arc::new)
});

/// Opens a connection to the first address that answers. An encrypted one checks that the certificate is that of `host`.
pub(super) async fn open(host: &str, addresses: &[SocketAddr], is_encrypted: bool) -> Result<Connection, Error> {
    let stream = TcpStream::connect(addresses).await.map_err(Error::Connect)?;
    // A request is written at once.
    stream.set_nodelay(true).map_err(Error::Connect)?;
    if !is_encrypted {
        return Ok(Connection::Plain(stream));
    }
    let settings = ENCRYPTION.as_ref().ok_or(Error::ConfigurationError)?;
    encrypted(host, stream, Arc::clone(settings)).await
}

async fn encrypted(host: &str, stream: TcpStream, settings: Arc<ClientConfig>) -> Result<Connection, Error> {
    let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(name).map_err(|_| Error::HttpRequestUriInvalid)?;
    let stream = TlsConnector::from(settings).connect(name, stream).await;
    Ok(Connection::Encrypted(Box::new(stream.map_err(failure)?)))
}

fn settings(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn failure(error: std::io::Error) -> Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(_)) => Error::TlsCertificateError,
        Some(_) => Error::TlsProtocolError,
        None => Error::Tls(error),
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Encrypted(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Encrypted(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Encrypted(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Encrypted(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::pem::PemObject as _;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

    /// A certificate of `localhost` that is its own authority, valid for a hundred years.
    const CERTIFICATE: &[u8] = include_bytes!("localhost.pem");
    const KEY: &[u8] = include_bytes!("localhost.key");

    async fn server() -> SocketAddr {
        let certificate = CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate");
        let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().expect("versions");
        let config = builder
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a pair");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that doesn't trust the certificate ends the handshake.
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    stream.write_all(b"hello").await.expect("a client");
                    stream.shutdown().await.expect("a client");
                }
            }
        });
        address
    }

    #[tokio::test]
    async fn a_server_proves_its_name() {
        let address = server().await;
        let connect = async |host: &str, roots: RootCertStore| {
            let stream = TcpStream::connect(address).await.expect("the server");
            encrypted(host, stream, Arc::new(settings(roots).expect("settings"))).await
        };
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate"))
            .expect("a root");

        let mut text = String::new();
        let mut connection = connect("localhost", roots.clone())
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        connection.read_to_string(&mut text).await.expect("a text");
        assert_eq!(text, "hello");

        let other_name = connect("example.com", roots).await.err();
        assert!(matches!(other_name, Some(Error::TlsCertificateError)), "{other_name:?}");
        let untrusted = connect("localhost", RootCertStore::empty()).await.err();
        assert!(matches!(untrusted, Some(Error::TlsCertificateError)), "{untrusted:?}");
    }

    #[tokio::test]
    async fn certificates_of_unknown_authorities_are_refused() {
        let address = server().await;
        let refused = open("localhost", &[address], true).await.err();
        assert!(matches!(refused, Some(Error::TlsCertificateError)), "{refused:?}");
    }
}
