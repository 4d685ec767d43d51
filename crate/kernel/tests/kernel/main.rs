//! The kernel as its embedder uses it, on a clock that only the tests move.

mod api_http;
mod api_socket;
mod api_token;
mod audit;
mod audit_chain;
mod auth;
mod definitions;
mod extension_manager;
mod extensions;
mod http;
mod law;
mod logging;
mod monitor;
mod native_engine;
mod panels;
mod replay;
mod run_loop;
mod sandbox;
mod scripted_engine;
mod storage;
mod suspended_runs;
mod world;
