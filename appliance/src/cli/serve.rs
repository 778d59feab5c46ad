//! `kura serve`: the desk, until the process is asked to end.

use super::output;
use crate::wiring::{self, Place};
use anyhow::Result;
use appliance_core::ports::PortError;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The port; 0 takes a free one [default: 8080, or as configured]
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// The address to listen on [default: 127.0.0.1, or as configured]
    #[arg(long, value_name = "ADDR")]
    bind: Option<IpAddr>,
}

pub async fn run(mut place: Place, arguments: &Arguments) -> Result<ExitCode> {
    let http = &mut place.configuration.http;
    http.port = arguments.port.unwrap_or(http.port);
    http.bind = arguments.bind.unwrap_or(http.bind);
    let listener = listen(SocketAddr::new(http.bind, http.port))?;
    wiring::serve(&place, listener, |address| output::line(format!("Kura is ready: http://{address}/"))).await?;
    output::say("Kura has ended.");
    Ok(ExitCode::SUCCESS)
}

/// Takes the port before the models are loaded: a port in use should be told at once.
fn listen(address: SocketAddr) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).map_err(|e| {
        PortError::caused(format!("{address} cannot be listened on"), e)
            .with_hint("choose another port with --port, or end the program that uses this one")
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
