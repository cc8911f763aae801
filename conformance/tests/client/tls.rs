//! TLS on this machine: a server whose certificate is trusted, and one whose certificate is not.

use crate::support::{KEY, answer, quick, result, task};
use airspec_models::client::{Client, Error};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What accepts connections for this machine, and the authority that vouches for it, as PEM.
pub(crate) fn acceptor() -> (TlsAcceptor, String) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    (TlsAcceptor::from(Arc::new(config)), authority.pem())
}

/// A server that gives the same answer to everything, and the authority that vouches for it, as PEM.
async fn serve(body: Vec<u8>) -> (u16, String) {
    let (acceptor, authority) = acceptor();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 16_384]).await;
            let _ = stream.write_all(&body).await;
            let _ = stream.shutdown().await;
        }
    });
    (port, authority)
}

#[tokio::test]
async fn a_trusted_server_is_talked_to_and_files_are_fetched_from_it() {
    let task = task();
    let (port, pem) = serve(answer(200, &format!(r#"{{"data":[{}]}}"#, result(&task, 1)))).await;
    let url = format!("https://127.0.0.1:{port}/v1");
    let client = Client::new(KEY, quick(&url).trust(pem.as_bytes()).unwrap()).unwrap();
    assert_eq!(client.run(&task).await.unwrap().results.len(), 1);
    let mut bytes = Vec::new();
    assert!(client.download(&url).await.unwrap().write_to(&mut bytes).await.unwrap() > 0);
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_nothing() {
    let (port, _) = serve(answer(200, r#"{"data":[]}"#)).await;
    let url = format!("https://localhost:{port}/v1");
    let client = Client::new(KEY, quick(&url).retries(0)).unwrap();
    let error = client.run(&task()).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable(_)) && !error.may_be_billed(), "{error}");
    assert!(client.download(&url).await.is_err());
}
